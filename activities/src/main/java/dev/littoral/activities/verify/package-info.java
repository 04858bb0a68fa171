/**
 * Verification of a catalog against its documented format. It shares no code with what writes and reads catalogs but
 * the access to stored bytes, so a mistake there is found here.
 */
package dev.littoral.activities.verify;
