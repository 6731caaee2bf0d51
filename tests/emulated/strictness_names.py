"""What tests may switch on in the emulated account; strictness.py does it."""

FAULTS = {
    "quota_refused": "no instance is given, whatever the quota says",
    "migration_fails": "the function Migrate fails",
    "no_way_out": "the NAT instance has no public address, so no function gets out",
    "executions": "how many functions may run at once",
    "vcpus": "the quota of instances",
    "addresses": "the quota of elastic addresses",
    "networks": "the quota of networks",
    "plan": "FREE: the account is on a free plan",
    "region_off": "a region that is not switched on",
    "zone_ids": "the ids of the account's availability zones, in the order of their names",
    "stack": "the state that CloudFormation tells of the stack",
    "bootstrap": "the version of the CDK's own stack",
    "budgets_refused": "the payer of the account's organization has not let it have budgets",
    "domain_taken": "a domain that belongs to another distribution",
    "zone_private": "zones of Route 53 are private ones",
    "certificate": "the state of every certificate",
    "refused": "rights that IAM's simulator says the caller lacks",
    "unreadable": "services that may not be asked at all",
    "mail_paused": "SES does not send",
}

# Where RDS Proxy is found: another name of this machine than the instance's own address.
PROXY_HOST = "localhost"
