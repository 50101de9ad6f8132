// Drivers: roster, leave and sickness, what they may drive, the rules they drive by.
export const drivers = {
  training: {
    safety: "Road safety",
    confidential: "Confidential trips",
    wheelchair: "Wheelchair lift",
    large_event: "Large events",
  },
};
