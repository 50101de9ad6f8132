// All texts of the page in this language, one file per part of the page.
import { alert } from "./alert";
import { app } from "./app";
import { approval } from "./approval";
import { calendar } from "./calendar";
import { codes } from "./codes";
import { command } from "./command";
import { dispatch } from "./dispatch";
import { drivers } from "./drivers";
import { event } from "./event";
import { fence } from "./fence";
import { foreign } from "./foreign";
import { form } from "./form";
import { health } from "./health";
import { kinds } from "./kinds";
import { ladder } from "./ladder";
import { map } from "./map";
import { messages } from "./messages";
import { mileage } from "./mileage";
import { money } from "./money";
import { past } from "./past";
import { policy } from "./policy";
import { record } from "./record";
import { refusals } from "./refusals";
import { register } from "./register";
import { replay } from "./replay";
import { rolling } from "./rolling";
import { rulebook } from "./rulebook";
import { said } from "./said";
import { vehicle } from "./vehicle";
import { work } from "./work";

export const en = {
  ...app,
  ...codes,
  ...refusals,
  ...kinds,
  ...ladder,
  ...map,
  ...alert,
  ...vehicle,
  ...work,
  ...form,
  ...dispatch,
  ...drivers,
  ...register,
  ...replay,
  ...messages,
  ...past,
  ...mileage,
  ...money,
  ...policy,
  ...record,
  ...health,
  ...command,
  ...foreign,
  ...fence,
  ...calendar,
  ...rulebook,
  ...rolling,
  ...said,
  ...event,
  ...approval,
};
