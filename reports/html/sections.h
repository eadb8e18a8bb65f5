/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a report's page, one function each; report.c has them in a table. */
#pragma once

#include <stdio.h>

struct jsonw;
struct report;

void section_verdict(FILE *out, const struct jsonw *report);
void section_figures(FILE *out, const struct jsonw *report);
void section_over_time(FILE *out, const struct jsonw *report, const char *run);
void section_latency(FILE *out, const struct jsonw *report);
void section_blocks(FILE *out, const struct report *report);
void section_ladder(FILE *out, const struct jsonw *report);
void section_findings(FILE *out, const struct jsonw *report);
void section_stuck(FILE *out, const struct jsonw *report);
void section_environment(FILE *out, const struct jsonw *report);
void section_harness(FILE *out, const struct jsonw *report);
