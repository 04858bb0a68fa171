/** Digests of texts and bytes. */
package dev.littoral.activities.digest;
