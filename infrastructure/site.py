"""The one address of the product: the site from a private bucket, and the API below /api."""

from __future__ import annotations

import json
from pathlib import Path

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_route53 as route53
from aws_cdk import aws_route53_targets as route53_targets
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_deployment as deployment
from constructs import Construct, IDependable

from infrastructure.headers import make_headers_policy
from infrastructure.names import regional_name
from infrastructure.settings import Domain
from infrastructure.shards import SHARDS

DOOR_HEADER = "X-Pinhole-Door"
_SPA = Path(__file__).with_name("spa.js")
_VIEWER_ADDRESS = Path(__file__).with_name("viewer_address.js")
# [Note: Errors are not kept] CloudFront keeps an error for ten seconds and answers everybody with
# it, whatever Cache-Control says, except 404, 410, 414 and 501 (CloudFront, "Control how long
# CloudFront caches errors"). These are all that it lets be set. None has a page of its own: that
# would rewrite the API's answers.
_ERRORS = (400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504)
_A_YEAR = "public, max-age=31536000, immutable"
_ALWAYS_ASK = "no-cache"


class Site(Construct):
    """CloudFront in front of the site's bucket; add the API by `serve_api`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        files: Path,
        domain: Domain | None,
        kept_bucket: str | None,
        firewall_arn: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._files = files
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            encryption=s3.BucketEncryption.S3_MANAGED,
            # The site is made anew from the repository at any time.
            removal_policy=RemovalPolicy.DESTROY,
            auto_delete_objects=True,
        )
        self._headers = make_headers_policy(self, kept_bucket=kept_bucket)
        self.distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment="Pinhole",
            web_acl_id=firewall_arn,
            default_root_object="index.html",
            http_version=cloudfront.HttpVersion.HTTP2_AND_3,
            minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
            price_class=cloudfront.PriceClass.PRICE_CLASS_100,
            domain_names=[domain.name] if domain else None,
            certificate=self._certificate(domain) if domain else None,
            error_responses=[
                cloudfront.ErrorResponse(http_status=status, ttl=Duration.seconds(0))
                for status in _ERRORS
            ],
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(
                    self.bucket,
                    origin_access_control=cloudfront.S3OriginAccessControl(
                        self,
                        "OriginAccess",
                        origin_access_control_name=regional_name(self, "pinhole-site"),
                    ),
                    # With LIST, S3 says "not found" and not "forbidden" of what is not there.
                    origin_access_levels=[cloudfront.AccessLevel.READ, cloudfront.AccessLevel.LIST],
                ),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                cache_policy=cloudfront.CachePolicy.CACHING_OPTIMIZED,
                compress=True,
                response_headers_policy=self._headers,
                function_associations=[
                    cloudfront.FunctionAssociation(
                        function=self._make_function(),
                        event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
                    )
                ],
            ),
        )
        if domain:
            self._name(domain)
        self.origin = f"https://{self.distribution.distribution_domain_name}"
        if domain:
            self.origin = f"https://{domain.name}"

    def serve_api(self, *, host: str, door: str) -> None:
        """Pass `/api/*` on, uncached, with the header by which the API knows CloudFront.

        And `/s/*`, the links that have a preview: viewer_address.js makes it an address of the API.
        """
        origin = origins.HttpOrigin(
            host,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            read_timeout=Duration.seconds(30),
            custom_headers={DOOR_HEADER: door},
        )
        says_who_asks = cloudfront.FunctionAssociation(
            function=self._say_who_asks(),
            event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
        )
        for path, methods, policy in (
            (
                "/api/*",
                cloudfront.AllowedMethods.ALLOW_ALL,
                cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            ),
            (
                "/s/*",
                cloudfront.AllowedMethods.ALLOW_GET_HEAD,
                cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
            ),
        ):
            self.distribution.add_behavior(
                path,
                origin,
                viewer_protocol_policy=policy,
                allowed_methods=methods,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                compress=True,
                response_headers_policy=self._headers,
                function_associations=[says_who_asks],
            )

    def fill(self, *, after: IDependable) -> None:
        """Upload the site once the API that it talks to is there.

        Files with a hash in their name first, and old ones stay: a page loaded before still finds
        what it names. Then the page, which every browser asks for anew.

        Nothing is invalidated: a file of `assets/` never changes under its name, and of what says
        "no-cache" CloudFront keeps a copy for the cache policy's least time, which is one second
        (CloudFront, "Manage how long content stays in the cache"; CachingOptimized). An
        invalidation may take many minutes, and the stack would wait for it.
        """
        source = deployment.Source.asset(str(self._files))
        hashed = deployment.BucketDeployment(
            self,
            "Hashed",
            sources=[source],
            destination_bucket=self.bucket,
            exclude=["*"],
            include=["assets/*"],
            prune=False,
            cache_control=[deployment.CacheControl.from_string(_A_YEAR)],
        )
        page = deployment.BucketDeployment(
            self,
            "Page",
            sources=[source],
            destination_bucket=self.bucket,
            exclude=["assets/*"],
            cache_control=[deployment.CacheControl.from_string(_ALWAYS_ASK)],
        )
        hashed.node.add_dependency(after)
        page.node.add_dependency(hashed)

    def _make_function(self) -> cloudfront.Function:
        names = sorted(f"/{path.name}" for path in self._files.iterdir() if path.is_file())
        code = _SPA.read_text().replace('"{{files}}"', json.dumps(names))
        return cloudfront.Function(
            self,
            "OnePage",
            comment="Pinhole: every address that is no file is the one page",
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            code=cloudfront.FunctionCode.from_inline(code),
        )

    def _say_who_asks(self) -> cloudfront.Function:
        """Let the API hear the viewer's address and shard, which nobody but CloudFront can say.

        CloudFront's own header of that name is added by no origin request policy that also leaves
        out Host and lets Authorization through, which the HTTP API needs.
        """
        return cloudfront.Function(
            self,
            "ViewerAddress",
            comment="Pinhole: the address of who asks, and their shard of the API",
            runtime=cloudfront.FunctionRuntime.JS_2_0,
            code=cloudfront.FunctionCode.from_inline(
                _VIEWER_ADDRESS.read_text().replace('"{{shards}}"', str(SHARDS))
            ),
        )

    def _certificate(self, domain: Domain) -> acm.ICertificate:
        if domain.certificate_arn:
            return acm.Certificate.from_certificate_arn(self, "Given", domain.certificate_arn)
        return acm.Certificate(
            self,
            "Certificate",
            domain_name=domain.name,
            validation=acm.CertificateValidation.from_dns(self._zone(domain)),
        )

    def _name(self, domain: Domain) -> None:
        target = route53.RecordTarget.from_alias(
            route53_targets.CloudFrontTarget(self.distribution)
        )
        zone = self._zone(domain)
        route53.ARecord(self, "IPv4", zone=zone, target=target)
        route53.AaaaRecord(self, "IPv6", zone=zone, target=target)

    def _zone(self, domain: Domain) -> route53.IHostedZone:
        known = self.node.try_find_child("Zone")
        if known is not None:
            return known  # type: ignore[return-value]
        return route53.HostedZone.from_hosted_zone_attributes(
            self, "Zone", hosted_zone_id=domain.zone_id, zone_name=domain.name
        )
