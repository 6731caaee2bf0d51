"""The site in the template: what CloudFront keeps, sends and asks the API for."""

from __future__ import annotations

import json

from app.http.middleware import security_headers
from app.settings import Settings
from tests.infrastructure.cfn_intrinsics import REGION, Resolver
from tests.infrastructure.conftest import Template


def test_a_deployment_waits_for_no_invalidation_since_nothing_stale_is_kept(
    template: Template,
) -> None:
    """Files whose names say what is in them are kept for ever; all others are asked for anew."""
    deployments = template.of_type("Custom::CDKBucketDeployment")
    for name, each in deployments.items():
        assert "DistributionId" not in each, name
    said = {
        name: (each["SystemMetadata"]["cache-control"], each.get("Include"), each.get("Exclude"))
        for name, each in deployments.items()
    }
    assert sorted(said.values(), key=str) == [
        ("no-cache", None, ["assets/*"]),
        ("public, max-age=31536000, immutable", ["assets/*"], ["*"]),
    ]
    # CachingOptimized: a least time of one second, for which "no-cache" is kept.
    behavior = template.only("AWS::CloudFront::Distribution")["Properties"]["DistributionConfig"]
    assert (
        behavior["DefaultCacheBehavior"]["CachePolicyId"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"
    )


def test_an_installed_site_finds_its_files_and_asks_for_each_release(template: Template) -> None:
    """The service worker and its like lie beside the page, which is never kept by anybody."""
    (code,) = (
        each["FunctionCode"]
        for each in template.of_type("AWS::CloudFront::Function").values()
        if "/index.html" in each["FunctionCode"]
    )
    # An address that is no file is the page: as a script, that would be refused.
    for name in (
        "sw.js",
        "download-sw.js",
        "manifest.webmanifest",
        "offline.html",
        "offline.js",
        "icon-512.png",
    ):
        assert f'"/{name}"' in code, name
    headers = template.only("AWS::CloudFront::ResponseHeadersPolicy")["Properties"]
    policy = str(headers["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"])
    for source in ("worker-src 'self'", "manifest-src 'self'", "require-trusted-types-for"):
        assert source in policy


def test_the_site_waits_for_the_api(template: Template) -> None:
    deployments = [
        resource
        for resource in template.body["Resources"].values()
        if resource["Type"] == "Custom::CDKBucketDeployment"
    ]
    assert len(deployments) == 2
    hashed, page = sorted(deployments, key=lambda each: "DistributionId" in each["Properties"])
    assert any(name.startswith("ComputeApi") for name in hashed["DependsOn"])
    assert any(name.startswith("SiteHashed") for name in page["DependsOn"])
    cached = hashed["Properties"]["SystemMetadata"]["cache-control"]
    assert cached == "public, max-age=31536000, immutable"
    assert hashed["Properties"]["Prune"] is False
    assert page["Properties"]["SystemMetadata"]["cache-control"] == "no-cache"


def test_the_api_is_never_cached_and_always_behind_the_door(template: Template) -> None:
    distribution = template.only("AWS::CloudFront::Distribution")["Properties"]
    configuration = distribution["DistributionConfig"]
    assert configuration["HttpVersion"] == "http2and3"
    api, link = configuration["CacheBehaviors"]
    assert (api["PathPattern"], link["PathPattern"]) == ("/api/*", "/s/*")
    differs = {"PathPattern", "AllowedMethods", "ViewerProtocolPolicy"}
    assert {name for name in api if api[name] != link.get(name)} == differs
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    # AllViewerExceptHostHeader
    assert api["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    assert api["ViewerProtocolPolicy"] == "https-only"
    origin = next(each for each in configuration["Origins"] if each["Id"] == api["TargetOriginId"])
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == "X-Pinhole-Door"
    assert "resolve:secretsmanager" in json.dumps(header["HeaderValue"])
    default = configuration["DefaultCacheBehavior"]
    assert default["ViewerProtocolPolicy"] == "redirect-to-https"
    assert [each["EventType"] for each in default["FunctionAssociations"]] == ["viewer-request"]
    assert [each["EventType"] for each in api["FunctionAssociations"]] == ["viewer-request"]
    for behavior in (api, default):
        assert behavior["Compress"] is True
        assert behavior["ResponseHeadersPolicyId"] == api["ResponseHeadersPolicyId"]


def test_headers_are_those_that_flask_sends(template: Template) -> None:
    policy = Resolver(template.body)(
        template.only("AWS::CloudFront::ResponseHeadersPolicy")["Properties"]
    )["ResponseHeadersPolicyConfig"]
    security = policy["SecurityHeadersConfig"]
    transport = security["StrictTransportSecurity"]
    sent = {
        "Content-Security-Policy": security["ContentSecurityPolicy"]["ContentSecurityPolicy"],
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "X-Content-Type-Options": "nosniff" if security["ContentTypeOptions"]["Override"] else "",
        "X-Frame-Options": security["FrameOptions"]["FrameOption"],
        "Strict-Transport-Security": f"max-age={transport['AccessControlMaxAgeSec']}"
        + ("; includeSubDomains" if transport["IncludeSubdomains"] else ""),
        **{each["Header"]: each["Value"] for each in policy["CustomHeadersConfig"]["Items"]},
    }
    settings = Settings.from_environment(
        {
            "DATABASE_URL": "postgresql://localhost/pinhole",
            "SITE_ORIGIN": "https://pictures.example.org",
            "SETUP_CODE": "0123456789abcdef0123456789abcdef",
            "PICTURE_BUCKET": "pinhole-pictures-abcdefabcdef",
            "PICTURE_QUEUE_URL": "https://queue",
            "DESCRIPTION_QUEUE_URL": "https://queue",
            "EXPORT_QUEUE_URL": "https://queue",
            "MAIL_QUEUE_URL": "https://queue",
            "SECRET_KEY": "a key of thirty-two letters or more",
            "USER_ROLE_ARN": "arn",
            "AWS_REGION": REGION,
        }
    )
    assert sent == security_headers(settings)


def test_errors_are_kept_by_cloudfront_for_no_time_and_have_no_page(template: Template) -> None:
    """Else an error is everybody's for ten seconds, and a page would take the API's answer away."""
    distribution = template.only("AWS::CloudFront::Distribution")["Properties"]
    errors = distribution["DistributionConfig"]["CustomErrorResponses"]
    assert {each["ErrorCode"] for each in errors} >= {400, 403, 404, 405, 500, 502, 503, 504}
    for each in errors:
        assert set(each) == {"ErrorCode", "ErrorCachingMinTTL"}
        assert each["ErrorCachingMinTTL"] == 0
