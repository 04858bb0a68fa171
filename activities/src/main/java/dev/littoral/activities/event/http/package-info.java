/** Sinks that take events by HTTP, signed as Standard Webhooks says. */
package dev.littoral.activities.event.http;
