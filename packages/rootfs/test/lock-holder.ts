// Takes the lock of the directory that is named, says so, and keeps it until it is killed.
import { acquireLock } from "../src/lock.js";

await acquireLock({ directory: process.argv[2] ?? "" });
console.log("held");
setInterval(() => {}, 1000);
