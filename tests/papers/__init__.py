"""The papers for assessors."""
