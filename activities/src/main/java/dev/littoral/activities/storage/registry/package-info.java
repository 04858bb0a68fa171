/** The registry of kinds of stores: the one place that knows them all. */
package dev.littoral.activities.storage.registry;
