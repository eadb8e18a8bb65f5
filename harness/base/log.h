/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines for people, on stderr. Only the programs (cli/, service/, the mains) print; libraries
 * return reasons. Under systemd each line starts with its <priority>.
 */
#pragma once

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
