"""Processes that open untrusted files: forked, limited, and confined by seccomp."""
