// Kinds of orders: files, services, rental, series, waiting in line, shared rides.
export const kinds = {
  attachment: {
    title: "Files",
    add: "Add a file",
    none: "No files yet. Letters and notices: PDF, JPEG or PNG, at most 5 MB each.",
    added: "File added",
    removed: "File removed",
    about: "{{size}} KB · {{name}}",
    remove: "Remove",
    removeNamed: "Remove {{name}}",
  },
  serviceKind: {
    repair: "Repair",
    fuel: "Fuel or charge",
    wash: "Wash",
    inspection: "Inspection",
  },
  rentalUse: {
    large_event: "Large event",
    emergency: "Emergency",
    other_city: "Another city",
    reception: "Reception",
    fleet_short: "Too few vehicles",
  },
  upkeepKind: {
    repair: "Repair",
    inspection: "Inspection",
    maintenance: "Maintenance",
    other: "Other",
  },
};
