// What members and linked groups are given: a role, and an end.
import { t } from "../language.js";
import { ROLES } from "../roles.js";

/** The roles that somebody with this role may give. */
export const roleOptions = (upTo) => ROLES.slice(0, ROLES.indexOf(upTo) + 1).map((role) => [role, t(`role.${role}`)]);

/** The end of a day of the form, as the API takes it: the day itself is included, as it is here. */
export const endOf = (day) => (day ? { expires_at: new Date(`${day}T23:59:59`).toISOString() } : {});
