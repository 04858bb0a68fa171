/** The commands that run a worker, and its configuration. */
package dev.littoral.starter.worker;
