/** The registry of formats of sources: the one place that knows them all. */
package dev.littoral.activities.source.registry;
