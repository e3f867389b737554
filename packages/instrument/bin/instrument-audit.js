#!/usr/bin/env node
import '@org/instrument-audit/cli';
