/** The registry of kinds of sinks: the one place that knows them all. */
package dev.littoral.activities.event.registry;
