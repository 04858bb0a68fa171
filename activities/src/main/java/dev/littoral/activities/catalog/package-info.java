/**
 * The catalog of a collection: the commit log with its conditional writes, snapshots with their shards, and the
 * staging area.
 */
package dev.littoral.activities.catalog;
