/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports and comparisons as one page each: HTML that is also well-formed XML, styles and drawings
 * inside, no script, nothing fetched. Pure functions of what they are given: the same run gives the
 * same bytes. Whatever a kernel or a profile has written stands in it as text.
 */
#pragma once

#include <stdio.h>

struct compare;
struct err;
struct report;

/*
 * @run is the run's folder, for what is drawn over time; NULL: there is only the report, and the
 * page says what it lacks. Memory does not grow with the number of events. -EIO when @out took not
 * all of it; a journal that cannot be read is said on the page.
 */
int html_write_report(const struct report *report, const char *run, FILE *out, struct err *e);

int html_write_compare(const struct compare *compare, FILE *out, struct err *e);
