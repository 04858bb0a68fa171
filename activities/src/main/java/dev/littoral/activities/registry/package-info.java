/** The registry of kinds of stores and formats of sources: the one place that knows them all. */
package dev.littoral.activities.registry;
