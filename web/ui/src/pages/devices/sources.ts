// Payload forms in which a locator has a name of somebody else's (fleet/sources.py).
export const SOURCES = ["owntracks", "emqx-jt808", "traccar", "teltonika", "homeassistant"] as const;
