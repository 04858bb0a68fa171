/** The commands that talk to a Temporal service, and their client of a collection. */
package dev.littoral.starter.server;
