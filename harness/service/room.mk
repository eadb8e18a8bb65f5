# SPDX-License-Identifier: GPL-2.0-or-later
service_OBJS := active.o breadcrumb.o finish.o guard.o hooks.o identity.o loop.o phase.o progress.o \
	restore.o run_settings.o sample.o setup.o
