"""Many hosts at once: what a roll-out would change, how it goes, what has drifted. No host ever stops another."""
