/** What the commands share: exit codes, output, parameters, signals. It sees no other package of the command line. */
package dev.littoral.starter.cli;
