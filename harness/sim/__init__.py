"""The simulation environment 仿真测试环境: two real stacks on this machine, and the stacks file that names them.

Not here: how a server of a product is started (`drivers/servers`, handed in), and any knowledge of a product.
"""

from harness.sim.environment import ServerFor, Simulation, Standing

__all__ = ["ServerFor", "Simulation", "Standing"]
