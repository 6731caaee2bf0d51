"""AWS: S3, SQS, SES, Secrets Manager, STS and RDS."""
