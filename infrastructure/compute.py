"""The functions, all from one package: API, worker, migrations, sweep, and the doctor on call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy, Size, Stack, Tags, triggers
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infrastructure import working_hours
from infrastructure.database import NAME, Database
from infrastructure.kept import BUCKET_TAG
from infrastructure.logs import make_log_group, retention_of
from infrastructure.network import Network
from infrastructure.package import Built
from infrastructure.pictures import Pictures
from infrastructure.settings import Settings
from infrastructure.shards import Shards, limits, limits_of_shards

# What the operator fills in; see ./scripts/deploy secret.
OPERATOR_SECRETS = ("google_client_id", "google_client_secret", "openai_api_key", "openai_base_url")
_SWEEP_MEMORY_MB = 512
_MIGRATE_MEMORY_MB = 512
_DOCTOR_MEMORY_MB = 1024
# A function that is ended leaves the file it was at, of 200 MB at most, to the next of its process.
_WORKER_SCRATCH_MB = 2048


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One function with the role that grants.py gives rights to."""

    function: lambda_.Function
    role: iam.Role
    log_group: logs.LogGroup


class Secrets(Construct):
    """What only the functions may know."""

    def __init__(
        self, scope: Construct, construct_id: str, *, bucket_name: str, kept_keys_arn: str | None
    ) -> None:
        super().__init__(scope, construct_id)
        self.keys: secretsmanager.ISecret
        if kept_keys_arn:
            self.keys = secretsmanager.Secret.from_secret_complete_arn(
                self, "KeptKeys", kept_keys_arn
            )
        else:
            self.keys = _secret(
                self,
                "Keys",
                description="Pinhole: the session key (generated) and the operator's keys",
                template=dict.fromkeys(OPERATOR_SECRETS, ""),
                generated="session_key",
                # What the database's snapshot holds is sealed by it: kept as the pictures are.
                removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            )
            Tags.of(self.keys).add(BUCKET_TAG, bucket_name)
        self.door = _secret(
            self,
            "Door",
            description="Pinhole: by which the API knows that a call came through CloudFront",
            template={},
            generated="door",
        )


class Compute(Construct):
    """Functions, their triggers, and the HTTP API."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        built: Built,
        network: Network,
        database: Database,
        pictures: Pictures,
        secrets: Secrets,
        site_origin: str,
        settings: Settings,
    ) -> None:
        super().__init__(scope, construct_id)
        size = settings.size
        self._built = built
        self._network = network
        self._size = size
        self._environment = {
            "SITE_ORIGIN": site_origin,
            "PICTURE_BUCKET": pictures.bucket.bucket_name,
            "PICTURE_QUEUE_URL": pictures.queue.queue.queue_url,
            "DESCRIPTION_QUEUE_URL": pictures.description_queue.queue.queue_url,
            "EXPORT_QUEUE_URL": pictures.export_queue.queue.queue_url,
            "MAIL_QUEUE_URL": pictures.mail_queue.queue.queue_url,
            "REGISTRATION": settings.registration,
            "SHARE_LINKS": settings.share_links,
            **(
                {"STORAGE_QUOTA_BYTES": str(settings.quota_gb * 1024**3)}
                if settings.quota_gb
                else {}
            ),
            "MAIL_FROM": f"Pinhole <{settings.mail_address}>" if settings.mail_address else "",
            # See [Note: Who is calling] in app/lambda_handlers/viewer_address.py.
            "TRUSTED_PROXIES": "2",
            "DATABASE_SECRET_ARN": database.runtime_secret.secret_arn,
            "DATABASE_HOST": database.address,
            "DATABASE_NAME": NAME,
            "DATABASE_IS_PROXIED": "1" if size.database_proxy else "",
            "KEYS_SECRET_ARN": secrets.keys.secret_arn,
            # libpq's own: the server must show a certificate of Amazon's for this very name.
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": "/var/task/database-ca.pem",
            "POWERTOOLS_METRICS_NAMESPACE": "Pinhole",
        }
        self.api = self._make(
            "Api",
            "app.lambda_handlers.api.handler",
            memory_mb=size.api_memory_mb,
            timeout=working_hours.API,
            environment={"DOOR_SECRET_ARN": secrets.door.secret_arn},
        )
        self.worker = self._make(
            "Worker",
            "app.lambda_handlers.worker.handler",
            memory_mb=size.worker_memory_mb,
            timeout=working_hours.WORKER,
            scratch_mb=_WORKER_SCRATCH_MB,
            environment={
                "UNCONFINED_DECODERS": settings.unconfined_decoders,
                "WORKER_CONCURRENCY": str(settings.worker_concurrency),
            },
        )
        self.sweep = self._make(
            "Sweep",
            "app.lambda_handlers.cleanup.handler",
            memory_mb=_SWEEP_MEMORY_MB,
            timeout=working_hours.SWEEP,
            environment={"SWEEP_PAGES": str(size.sweep_pages)},
        )
        self.migrate = self._make(
            "Migrate",
            "app.lambda_handlers.migrate.handler",
            memory_mb=_MIGRATE_MEMORY_MB,
            timeout=working_hours.MIGRATE,
            environment={
                "DATABASE_HOST": database.direct_address,
                # As the owner; and it gives the others' role its password.
                "DATABASE_SECRET_ARN": database.secret.secret_arn,
                "DATABASE_RUNTIME_SECRET_ARN": database.runtime_secret.secret_arn,
                "DATABASE_INSTANCE": database.instance.instance_identifier,
            },
        )
        # Nothing triggers it: ./scripts/doctor calls it, which cannot reach the database itself.
        self.doctor = self._make(
            "Doctor",
            "app.lambda_handlers.check_integrity.handler",
            memory_mb=_DOCTOR_MEMORY_MB,
            timeout=working_hours.DOCTOR,
        )
        for queue in pictures.queues:
            is_of_exports = queue is pictures.export_queue
            self.worker.function.add_event_source(
                sources.SqsEventSource(
                    queue.queue,
                    batch_size=working_hours.EXPORTS_AT_A_TIME
                    if is_of_exports
                    else working_hours.MESSAGES_AT_A_TIME,
                    report_batch_item_failures=True,
                    max_concurrency=max(2, settings.worker_concurrency // 10)
                    if is_of_exports  # few are asked for, and each is long
                    else settings.worker_concurrency,
                )
            )
        events.Rule(
            self,
            "Often",
            description="Pinhole: find what fell through",
            schedule=events.Schedule.rate(working_hours.SWEEP_EVERY),
            targets=[targets.LambdaFunction(self.sweep.function, retry_attempts=0)],
        )
        self._migrate_first(database)
        self.http_api = self._make_http_api()

    @property
    def every(self) -> tuple[Worker, ...]:
        """All functions."""
        return (self.api, self.worker, self.sweep, self.migrate, self.doctor)

    def grant_user_role(self, role: iam.IRole) -> None:
        """Tell the functions which role acts for one person."""
        for worker in self.every:
            worker.function.add_environment("USER_ROLE_ARN", role.role_arn)

    def _make(
        self,
        name: str,
        handler: str,
        *,
        memory_mb: int,
        timeout: Duration,
        environment: Mapping[str, str] | None = None,
        scratch_mb: int | None = None,
    ) -> Worker:
        role = iam.Role(
            self,
            f"{name}Role",
            description=f"Pinhole's function {name}",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log_group = make_log_group(self, f"{name}Logs", retention=retention_of(self._size.log_days))
        function = lambda_.Function(
            self,
            name,
            description=f"Pinhole: {name.lower()}",
            runtime=self._built.runtime,
            architecture=self._built.architecture,
            code=lambda_.Code.from_asset(str(self._built.package)),
            handler=handler,
            memory_size=memory_mb,
            ephemeral_storage_size=Size.mebibytes(scratch_mb) if scratch_mb else None,
            timeout=timeout,
            # All rights are given in grants.py, and CDK adds none of its own.
            role=role.without_policy_updates(),
            vpc=self._network.vpc,
            vpc_subnets=self._network.functions_subnets,
            security_groups=[self._network.functions_group],
            ipv6_allowed_for_dual_stack=True if self._network.is_ipv6 else None,
            environment={
                **self._environment,
                **({"AWS_USE_DUALSTACK_ENDPOINT": "true"} if self._network.is_ipv6 else {}),
                "POWERTOOLS_SERVICE_NAME": name.lower(),
                **(environment or {}),
            },
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            tracing=lambda_.Tracing.ACTIVE,
        )
        return Worker(function=function, role=role, log_group=log_group)

    def _migrate_first(self, database: Database) -> None:
        """Run the migrations after the database is there and before new code serves."""
        # See docs/operations.md, "Upgrades": they must suit the code that still runs meanwhile.
        servers = [worker.function for worker in self.every if worker is not self.migrate]
        migrated = triggers.Trigger(
            self,
            "MigrateFirst",
            handler=self.migrate.function,
            timeout=working_hours.MIGRATE,
            invocation_type=triggers.InvocationType.REQUEST_RESPONSE,
            # The group brings the functions' rules to the database: without them there is no way.
            execute_after=[*database.needed_by_migrations, self._network.functions_group],
            execute_before=[*servers],
        )
        if database.proxy:  # see [Note: The proxy's first sign-in] in database.py
            database.proxy.target_group.node.add_dependency(migrated)
            for server in servers:
                server.node.add_dependency(database.proxy.target_group)

    def _make_http_api(self) -> apigateway.HttpApi:
        api = apigateway.HttpApi(
            self,
            "HttpApi",
            description="Pinhole's API; answers only what comes through CloudFront",
            create_default_stage=False,
        )
        access_logs = make_log_group(
            self, "AccessLogs", retention=retention_of(self._size.log_days)
        )
        limit = limits(self._size.requests_a_second)
        stage = apigateway.CfnStage(
            self,
            "Stage",
            api_id=api.api_id,
            stage_name="$default",
            auto_deploy=True,
            # See [Note: Shards] and [Note: The route without a shard] in shards.py. No metrics of
            # routes: CloudWatch asks 0.30 USD a month for each of six, of each route.
            route_settings=limits_of_shards(self._size.requests_a_second),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=limit["ThrottlingRateLimit"],
                throttling_burst_limit=limit["ThrottlingBurstLimit"],
                detailed_metrics_enabled=False,
            ),
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_logs.log_group_arn, format=_ACCESS_LOG_FORMAT
            ),
        )
        routes = api.add_routes(
            path="/api/{proxy+}",
            methods=[apigateway.HttpMethod.ANY],
            integration=integrations.HttpLambdaIntegration("Function", self.api.function),
        )
        shards = Shards(self, "Shards", api=api, function=self.api.function, after=routes)
        stage.node.add_dependency(*routes, shards)
        return api

    @property
    def http_api_host(self) -> str:
        """Where CloudFront finds the API."""
        stack = Stack.of(self)
        return f"{self.http_api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"


# Paths hold ids, never secrets; queries and addresses of people are left out.
_ACCESS_LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "time": "$context.requestTime",
        "method": "$context.httpMethod",
        "path": "$context.path",
        "status": "$context.status",
        "latencyMs": "$context.responseLatency",
        "error": "$context.integrationErrorMessage",
    }
)


def _secret(
    scope: Construct,
    construct_id: str,
    *,
    description: str,
    template: Mapping[str, str],
    generated: str,
    removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
) -> secretsmanager.Secret:
    return secretsmanager.Secret(
        scope,
        construct_id,
        description=description,
        generate_secret_string=secretsmanager.SecretStringGenerator(
            secret_string_template=json.dumps(template),
            generate_string_key=generated,
            password_length=48,
            exclude_punctuation=True,
        ),
        removal_policy=removal_policy,
    )
