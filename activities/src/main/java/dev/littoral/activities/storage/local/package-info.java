/** Stores in a folder of a local file system. */
package dev.littoral.activities.storage.local;
