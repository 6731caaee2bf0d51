"""Uploads: presigned, counted against the storage quota, single or multipart."""
