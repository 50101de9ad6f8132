// What forms say, and what is asked before a step.
export const form = {
  form: {
    required: "Please fill this in",
    choose: "Please choose",
    notNumber: "Please give a number",
    notWhole: "Please give a whole number",
    tooSmall: "not less than {{min}}",
    tooBig: "not more than {{max}}",
    taken: "“{{value}}” is in use",
    wrong: "This is not right",
    refused: {
      below_last: "less than the last reading, {{last}} km",
      stay_outside: "A stay is at most {{most_min}} minutes",
      stays_fill_trip: "The stays take {{minutes}} minutes: the expected duration is too short",
      licence_expires: "The requester's licence expires on {{on}}",
      home_travel_quota: "Home travel in {{year}}: {{used}} of {{quota}} trips used",
      not_home: "One end must be the family home on file ({{home}})",
      pool_free: "{{vehicles}} vehicles of the pool are free: none is hired",
      not_for_type: "This kind of trip is not for driving oneself",
    },
    stale:
      "Somebody else has just changed this, and your changes are not saved yet. Below is the newest; what you changed is kept, and what the other person changed is marked. Please check, then save again.",
    changedByOther: "Somebody else has just changed “{{before}}” to “{{theirs}}”.",
    changedByBoth:
      "Somebody else has just changed “{{before}}” to “{{theirs}}”; yours is “{{mine}}”, and saving keeps yours.",
    takeTheirs: "Take theirs",
    confirm: "Confirm: {{action}}",
  },
  step: {
    doneFor: "Order {{number}} done: {{step}}",
    title: "{{step}} · order {{number}}",
    odometer: "Odometer",
    odometerHint: "as the dashboard shows it",
    reason: "Reason",
    opinion: "Opinion",
    note: "Remark",
    rating: "How was it? (optional)",
    stars: "{{count}} of 5",
    allowOffHours: "Allow use outside working hours",
    allowDayOff: "Allow use on a day off",
    means: {
      override:
        "It is approved over the levels that are left: you and your reason go on record, and the unit is told.",
      withdraw:
        "Nobody has decided on it yet: once withdrawn, the approver has nothing to do and the request has ended. You may “Ask again” later.",
      cancel:
        "It is approved or has a vehicle: cancelling frees vehicle and driver, tells driver and dispatcher, and cannot be taken back.",
      refuse:
        "The task is then no longer yours and the dispatcher finds another; only dispatchers, the fleet authority and inspectors read your reason.",
      unassign:
        "Vehicle and driver are free at once and the order waits again; requester and driver are told, with your reason.",
      no_show:
        "Nobody came, or the vehicle is not needed; vehicle and driver stay with the order until the dispatcher acts.",
      break_down: "The vehicle has broken down; dispatcher and requester are told at once.",
      settle: "Once settled, distance and cost cannot be changed. Please check first.",
    },
    settlement: {
      source: "Distance by",
      notMeasured:
        "Nothing was measured by track or odometer yet; this counts the planned way. The track is usually measured a quarter of an hour after the return, so you may settle later.",
    },
  },
};
