/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the figures of the table are read; the table is figures.c. */
#pragma once

struct figure;
struct figure_list;
struct jsonw;

#define FIGURE_READER(name)                                                                        \
	void name(struct figure_list *list, const struct figure *figure, const struct jsonw *report)

FIGURE_READER(figure_read_number);	 /* at .path: an integer or a double */
FIGURE_READER(figure_read_ns);		 /* at .path: ns, as seconds */
FIGURE_READER(figure_read_ratio);	 /* .path / .other */
FIGURE_READER(figure_read_counts);	 /* at .path: {label: count} */
FIGURE_READER(figure_read_median);	 /* at .path: a latency */
FIGURE_READER(figure_read_p99);		 /* at .path: a latency */
FIGURE_READER(figure_read_maximum);	 /* at .path: a latency */
FIGURE_READER(figure_read_sum);		 /* at .path: [{.other: count}] */
FIGURE_READER(figure_read_length);	 /* at .path: an array */
FIGURE_READER(figure_read_offline);	 /* attempts by result */
FIGURE_READER(figure_read_moves);	 /* pages by result */
FIGURE_READER(figure_read_retries);	 /* EAGAIN by driver */
FIGURE_READER(figure_read_lockups);	 /* by kind, those that did not come up too */
FIGURE_READER(figure_read_rungs);	 /* ladder[].success_probability by faulters */
FIGURE_READER(figure_read_rung_retries); /* ladder[] eagain / attempts by faulters */
FIGURE_READER(figure_read_scenarios);	 /* "scenario/number" */
