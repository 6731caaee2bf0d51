"""Uploads: presigned, counted against the quota, whole or in parts."""
