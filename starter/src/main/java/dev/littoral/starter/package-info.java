/** The command line: {@code main} and its commands. */
package dev.littoral.starter;
