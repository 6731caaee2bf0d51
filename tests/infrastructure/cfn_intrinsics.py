"""CloudFormation's functions, worked out as far as policies need them."""

from __future__ import annotations

import re
from typing import Any

ACCOUNT, REGION = "123456789012", "us-east-1"
STACK_ID = (
    f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/Pinhole/1b2c3d4e-0000-1111-2222-abcdefabcdef"
)
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": STACK_ID,
    "AWS::StackName": "Pinhole",
}


class Resolver:
    """Works values out for one template."""

    def __init__(self, template: dict[str, Any]) -> None:
        self._resources = template["Resources"]

    def __call__(self, value: Any) -> Any:
        """Return the value with every function worked out."""
        if isinstance(value, list):
            return [self(each) for each in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name == "Ref":
                return self._reference(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        return {key: self(each) for key, each in value.items()}

    def arn(self, name: str) -> str:
        """Return the ARN of a resource."""
        kind = self._resources[name]["Type"]
        _, service, thing = kind.lower().split("::")
        match service, thing:
            case "s3", _:
                return f"arn:aws:s3:::{self._name(name)}"
            case "iam", _:
                return f"arn:aws:iam::{ACCOUNT}:role/{name}"
            case "secretsmanager", _:
                return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-abcdef"
            case "logs", _:
                return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}:*"
            case _:
                return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"

    def _name(self, name: str) -> str:
        given = self._resources[name].get("Properties", {}).get("BucketName")
        return str(self(given)) if given else name.lower()

    def _reference(self, name: str) -> str:
        if name in _PSEUDO:
            return _PSEUDO[name]
        kind = self._resources.get(name, {}).get("Type", "")
        if kind.startswith("AWS::SecretsManager::"):
            return self.arn(name)
        return self._name(name) if kind == "AWS::S3::Bucket" else name

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Join":
                return argument[0].join(str(self(each)) for each in self(argument[1]))
            case "GetAtt":
                return self.arn(argument[0]) if argument[1] == "Arn" else ".".join(argument)
            case "Select":
                return self(argument[1])[int(argument[0])]
            case "Split":
                return str(self(argument[1])).split(argument[0])
            case "Sub":
                return re.sub(r"\$\{([\w:]+)\}", lambda found: self._reference(found[1]), argument)
            case "GetAZs":
                return ["us-east-1a", "us-east-1b"]
            case _:
                raise NotImplementedError(name)
