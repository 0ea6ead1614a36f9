# 常用命令见 make help。PYTHON=… 指定解释器；ARGS=… 追加参数，如 make demo ARGS="--plan nightly"。
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test test-long quick bench lint format wheels clean

export PYTHON
ARGS ?=
TOX = .venv/bin/python -m tox -q run
# Products whose servers no test can have (their modules are imported, and told that nobody answers), and SM2 signatures.
EXTRAS = dm,kingbase,oceanbase,oracle,sqlserver,sm2
INSTALLED_FROM = pyproject.toml constraints.txt .ci/install

help:  ## 显示本说明
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

demo: .venv/.ready-sim  ## 启动仿真环境（PostgreSQL → OceanBase），跑一遍门诊住院、检验、病历、影像业务，生成证据报告
	@# 0、1、2 是测得的判定（通过、不通过、无法判定）：演示本身跑完了；3 以上才是没跑成。
	@trap : INT; .venv/bin/xinheng demo $(ARGS); code=$$?; if [ $$code -gt 2 ]; then exit $$code; fi

test: .venv/.ready-dev  ## 全部检查与测试（耗时数分钟）
	@.ci/apt
	@$(TOX) -e lint,type,test

test-long: .venv/.ready-dev  ## 耗时很长的测试
	@.ci/apt
	@$(TOX) -e long

quick: .venv/.ready-dev  ## 边写边用：风格、类型、单元测试（半分钟左右）
	@$(TOX) -e quick

bench: .venv/.ready-dev  ## 性能基准（tests/bench）
	@$(TOX) -e bench

lint: .venv/.ready-dev  ## 代码风格、架构箭头与类型检查
	@$(TOX) -e lint,type

format: .venv/.ready-dev  ## 自动整理代码格式
	@$(TOX) -e format

wheels: .venv/.ready-dev  ## 把全部依赖下载到 wheels/，供离线环境安装
	.venv/bin/python -m pip download --disable-pip-version-check --dest wheels --constraint constraints.txt ".[sim,jdbc,interfaces,$(EXTRAS),dev]" \
		$$(sed -n 's/^requires = \["\(.*\)"\].*/\1/p' pyproject.toml)
	@echo '离线安装：PIP_NO_INDEX=1 PIP_FIND_LINKS=$$PWD/wheels make demo'

clean:  ## 删除虚拟环境与缓存（保留 out/ 下的运行结果）
	rm -rf .venv .tox build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .benchmarks
	find harness drivers scenarios reports tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready-sim: $(INSTALLED_FROM)
	@.ci/install sim && touch $@

.venv/.ready-dev: $(INSTALLED_FROM)
	@.ci/install sim,jdbc,interfaces,$(EXTRAS),dev && touch .venv/.ready-sim $@
