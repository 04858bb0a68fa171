/** The layouts of the log. */
package dev.littoral.starter.logging;
