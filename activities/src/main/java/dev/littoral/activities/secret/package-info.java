/** Secrets of a worker: where they are, never what they are. */
package dev.littoral.activities.secret;
