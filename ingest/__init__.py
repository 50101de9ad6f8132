"""Takes what locators send and stores it: MQTT in, TimescaleDB out, nothing acknowledged before it is committed."""
