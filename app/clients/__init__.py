"""Clients of outside systems: AWS, OpenID, the model. Nothing else imports boto3 or openai."""
