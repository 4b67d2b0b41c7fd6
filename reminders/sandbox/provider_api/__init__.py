"""The Messages API as the provider publishes it: endpoints, checks, what becomes of a text,
pushes.
"""
