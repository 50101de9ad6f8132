"""Draws the passwords docker-compose.yml asks for: `python3 deploy/draw_passwords.py > .env`. Needs only Python."""

import secrets

NAMES = ("POSTGRES", "OWNER", "ENGINE", "WEB", "GATEWAY", "MQTT_ADMIN", "MQTT_INGEST", "MQTT_PLATFORM", "MQTT_GATEWAY")

if __name__ == "__main__":
    for name in NAMES:
        print(f"{name}_PASSWORD={secrets.token_urlsafe(24)}")
