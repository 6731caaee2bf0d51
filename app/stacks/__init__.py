"""Stacks: images of one shot, of which the timeline shows one. See [Note: Stacks] in app/images."""
