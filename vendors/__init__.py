"""Onboarding, vetting and certificates of vendors."""
