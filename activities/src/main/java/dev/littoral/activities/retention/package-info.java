/** Snapshot expiration: which versions and objects are removed, and when. */
package dev.littoral.activities.retention;
