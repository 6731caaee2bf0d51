"""The role that the API takes on to act for one person: that person's pictures and no others."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

# A person's id as 32 hexadecimal digits; policies have no better pattern.
_ANY_USER_ID = "?" * 32


class UserAccess(Construct):
    """The role; what it may do is in grants.py."""

    def __init__(self, scope: Construct, construct_id: str, *, api_role: iam.IRole) -> None:
        super().__init__(scope, construct_id)
        self.role = iam.Role(
            self,
            "Role",
            description="Taken on by Pinhole's API for one person, named by the session tag 'user'",
            # A role assumed by another role lasts an hour at most (AWS, "role chaining").
            max_session_duration=Duration.hours(1),
            assumed_by=iam.SessionTagsPrincipal(
                iam.ArnPrincipal(api_role.role_arn).with_conditions(
                    {
                        "StringLike": {"aws:RequestTag/user": _ANY_USER_ID},
                        "StringLikeIfExists": {"aws:RequestTag/from": _ANY_USER_ID},
                        "ForAllValues:StringEquals": {"aws:TagKeys": ["user", "from"]},
                    }
                )
            ),
        )
