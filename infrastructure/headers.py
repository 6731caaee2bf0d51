"""The security headers of every answer, equal to those that app/http/middleware.py sends.

tests/infrastructure/test_template.py compares the two.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudfront as cloudfront
from constructs import Construct

from infrastructure.names import picture_origin, regional_name


def make_headers_policy(
    scope: Construct, *, kept_bucket: str | None
) -> cloudfront.ResponseHeadersPolicy:
    """Make the policy of all behaviours."""
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        response_headers_policy_name=regional_name(scope, "pinhole-headers"),
        comment="Pinhole: security headers of every answer",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=_content_security_policy(
                    picture_origin(scope, kept_bucket)
                ),
                override=True,
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=Duration.days(730), include_subdomains=False, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=name, value=value, override=True)
                for name, value in _OTHERS.items()
            ]
        ),
    )


_OTHERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}


def _content_security_policy(pictures: str) -> str:
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "manifest-src": "'self'",
        "worker-src": "'self'",
        # A zip that the page makes: frontend/src/components/downloads/save-stream.ts.
        "frame-src": "'self'",
        "img-src": f"'self' blob: data: {pictures}",
        "media-src": pictures,
        "connect-src": f"'self' {pictures}",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "default pinhole-scripts",
    }
    return "; ".join(f"{name} {value}" for name, value in policy.items())
