/** The steps of an update as Temporal activities: list, read, balance, commit, clean up. */
package dev.littoral.activities.steps;
