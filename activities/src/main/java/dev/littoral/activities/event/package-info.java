/** Events of collections: what they say, and their way from the commit log to sinks. */
package dev.littoral.activities.event;
