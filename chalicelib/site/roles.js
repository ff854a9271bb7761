// Roles, in rising order, as the contract names them.
const ROLES = ["guest", "uploader", "analyst", "maintainer", "owner"];

/** Exports are for analysts and above. */
export const mayExport = (role) => ROLES.indexOf(role) >= ROLES.indexOf("analyst");
