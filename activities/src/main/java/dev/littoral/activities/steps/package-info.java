/**
 * The activities, with the checks of their input: the steps of an update, the collection's own reads and writes of the
 * catalog, and those of consumers, events and clean-up.
 */
package dev.littoral.activities.steps;
