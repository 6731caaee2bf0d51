"""Outside systems, each in one file; nothing else imports boto3 or openai."""
