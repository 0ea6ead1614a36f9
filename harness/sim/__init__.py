"""The simulation environment 仿真测试环境: two real stacks on this machine, and the stacks file that names them.

Not here: how a server of a product or an application is started (`drivers/servers`, handed in), and any knowledge of
either.
"""

from harness.sim.environment import ApplicationFor, ServerFor, Simulation, Standing

__all__ = ["ApplicationFor", "ServerFor", "Simulation", "Standing"]
