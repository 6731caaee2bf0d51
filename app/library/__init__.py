"""What users do with their images: list, change, delete, restore, describe."""
