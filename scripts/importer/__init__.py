"""Brings pictures and what is known of them from other programs' exports into a Pinhole site.

Standard library only: `pipx run` needs nothing else. Start reading at `command.py`.
"""
